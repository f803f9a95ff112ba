/** The rest of the icons that a configuration may name. */
import {
  Activity, Archive, Banknote, BookOpen, Boxes, BriefcaseBusiness, CalendarDays, Car, ChartColumn, CircleDot, CircleX, Coins, Cpu, CreditCard, Factory,
  FileText, Flag, Folder, FolderKanban, Gift, Globe, Heart, House, Inbox, KeyRound, Layers, List, ListChecks, Mail, MapPin, Megaphone, MessageCircle, Phone, Plug,
  Receipt, Router, Settings, ShieldCheck, ShoppingCart, Star, Tag, Target, ThumbsDown, Truck, Users, Wallet, Wrench,
} from "@lucide/vue";
import type { Component } from "vue";

export const MORE: Readonly<Record<string, Component>> = {
  "activity": Activity, "archive": Archive, "banknote": Banknote, "book": BookOpen, "boxes": Boxes, "briefcase": BriefcaseBusiness,
  "calendar": CalendarDays, "car": Car, "calendar-days": CalendarDays, "cart": ShoppingCart, "chart": ChartColumn, "circle-dot": CircleDot, "circle-x": CircleX,
  "coins": Coins, "cpu": Cpu, "credit-card": CreditCard, "document": FileText, "factory": Factory, "file-text": FileText, "flag": Flag, "folder": Folder,
  "folder-kanban": FolderKanban, "gift": Gift, "globe": Globe, "heart": Heart, "home": House, "inbox": Inbox, "key": KeyRound, "layers": Layers, "list": List, "list-checks": ListChecks,
  "mail": Mail, "map-pin": MapPin, "megaphone": Megaphone, "message": MessageCircle, "message-circle": MessageCircle, "phone": Phone, "plug": Plug,
  "receipt": Receipt, "router": Router, "settings": Settings, "shield": ShieldCheck, "shopping-cart": ShoppingCart, "star": Star, "tag": Tag, "target": Target,
  "thumbs-down": ThumbsDown, "truck": Truck, "users-round": Users, "wallet": Wallet, "wrench": Wrench,
};
