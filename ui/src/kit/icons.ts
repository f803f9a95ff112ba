/** Icons that a configuration may name for an object, by their Lucide names. */
import {
  Activity, Archive, Banknote, BookOpen, Box, Boxes, BriefcaseBusiness, Building2, CalendarDays, ChartColumn, CircleDot, ContactRound, CreditCard,
  FileText, Flag, Folder, FolderKanban, Gift, Handshake, House, Inbox, Layers, List, ListChecks, Mail, MapPin, Megaphone, MessageCircle,
  Network, Package, Phone, Receipt, Settings, ShieldCheck, ShoppingCart, SquareCheckBig, Star, Tag, Target, ThumbsDown, Truck, UserRound,
  Users, Wallet, Wrench,
} from "@lucide/vue";
import type { Component } from "vue";

const ICONS: Readonly<Record<string, Component>> = {
  "activity": Activity, "archive": Archive, "banknote": Banknote, "book": BookOpen, "box": Box, "boxes": Boxes,
  "briefcase": BriefcaseBusiness, "building": Building2, "building-2": Building2, "calendar": CalendarDays, "calendar-days": CalendarDays,
  "chart": ChartColumn, "circle-dot": CircleDot, "contact-round": ContactRound, "contact": ContactRound, "credit-card": CreditCard, "file-text": FileText, "document": FileText, "flag": Flag,
  "folder": Folder, "folder-kanban": FolderKanban, "gift": Gift, "handshake": Handshake, "home": House, "inbox": Inbox, "layers": Layers,
  "list": List, "list-checks": ListChecks, "check": SquareCheckBig, "square-check-big": SquareCheckBig, "square-check": SquareCheckBig, "mail": Mail, "map-pin": MapPin,
  "megaphone": Megaphone, "message": MessageCircle, "network": Network, "sitemap": Network, "package": Package, "phone": Phone,
  "receipt": Receipt, "settings": Settings, "shield": ShieldCheck, "cart": ShoppingCart, "shopping-cart": ShoppingCart, "star": Star,
  "tag": Tag, "target": Target, "thumbs-down": ThumbsDown, "truck": Truck, "user": UserRound, "user-round": UserRound, "users": Users,
  "wallet": Wallet, "wrench": Wrench,
};

export const icon = (key: string): Component => ICONS[key] ?? Box;
