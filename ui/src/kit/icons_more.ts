/** The rest of the icons that a configuration may name. */
import {
  Activity, Archive, Banknote, BookOpen, Boxes, BriefcaseBusiness, CalendarDays, ChartColumn, CircleDot, CircleX, Coins, CreditCard, Factory,
  FileText, Flag, Folder, FolderKanban, Gift, Globe, House, Inbox, Layers, List, ListChecks, Mail, MapPin, Megaphone, MessageCircle, Phone,
  Receipt, Settings, ShieldCheck, ShoppingCart, Star, Tag, Target, ThumbsDown, Truck, Users, Wallet, Wrench,
} from "@lucide/vue";
import type { Component } from "vue";

export const MORE: Readonly<Record<string, Component>> = {
  "activity": Activity, "archive": Archive, "banknote": Banknote, "book": BookOpen, "boxes": Boxes, "briefcase": BriefcaseBusiness,
  "calendar": CalendarDays, "calendar-days": CalendarDays, "cart": ShoppingCart, "chart": ChartColumn, "circle-dot": CircleDot, "circle-x": CircleX,
  "coins": Coins, "credit-card": CreditCard, "document": FileText, "factory": Factory, "file-text": FileText, "flag": Flag, "folder": Folder,
  "folder-kanban": FolderKanban, "gift": Gift, "globe": Globe, "home": House, "inbox": Inbox, "layers": Layers, "list": List, "list-checks": ListChecks,
  "mail": Mail, "map-pin": MapPin, "megaphone": Megaphone, "message": MessageCircle, "message-circle": MessageCircle, "phone": Phone,
  "receipt": Receipt, "settings": Settings, "shield": ShieldCheck, "shopping-cart": ShoppingCart, "star": Star, "tag": Tag, "target": Target,
  "thumbs-down": ThumbsDown, "truck": Truck, "users-round": Users, "wallet": Wallet, "wrench": Wrench,
};
