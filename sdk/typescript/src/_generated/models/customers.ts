// Objects of `customers`. Generated; do not edit.
import type { Page } from "../../paging.js";
import type { Open } from "../../resource.js";
import type { Attachment } from "./attachments.js";
import type { Member } from "./members.js";
import type { Onboarding } from "./onboardings.js";

/** A comment on a customer, an onboarding or a task. */
export interface Comment {
  /** Always `comment`. */
  object: "comment";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Id of the customer. */
  customerId: string;
  /** Id of the onboarding. */
  onboardingId: string | null;
  /** Id of the task or subtask. */
  taskId: string | null;
  /** Markdown. */
  body: string;
  /** `internal`: the team alone; `customer`: the customer reads it too. */
  visibility: "customer" | "internal";
  /** Ids of the members and contacts mentioned in the body. */
  mentions: string[];
  /** Its files, in the order of their arrival. */
  attachments: Attachment[];
  /** Who wrote it, as an actor string. */
  createdBy: string;
  /** When its body last changed. */
  editedAt: string | null;
  /** False when the record was made with a test key. */
  livemode: boolean;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** ISO 8601, UTC. */
  updatedAt: string;
}

/** A person at a customer. */
export interface Contact {
  /** Always `contact`. */
  object: "contact";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Id of the customer. */
  customerId: string;
  /** Full name. */
  name: string;
  /** E-mail address. */
  email: string;
  /** Job title. */
  title: string | null;
  /** Telephone number. */
  phone: string | null;
  /** Whether this is the customer's main contact. */
  isPrimary: boolean;
  /** Labels. */
  labels: string[];
  /** Whether the contact is put away. */
  archived: boolean;
  /** Whether the contact may use the portal. */
  portalAccess: boolean;
  /** Your own data. */
  metadata: Record<string, unknown>;
  /** Your own id of the record. */
  externalId: string | null;
  /** False when the record was made with a test key. */
  livemode: boolean;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** ISO 8601, UTC. */
  updatedAt: string;
  /** With `expand=customer`: its customer, unless deleted. */
  customer?: Customer | null | undefined;
}

/** Answer to a count. */
export interface Count {
  /** Always `count`. */
  object: "count";
  /** How many records match. */
  count: number;
}

/** A company that is or was onboarded. */
export interface Customer {
  /** Always `customer`. */
  object: "customer";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Name of the company. */
  name: string;
  /** Handle in addresses. */
  slug: string;
  /** Web domain. */
  domain: string | null;
  /** Status. */
  status: Open<"active" | "archived" | "at_risk" | "churned" | "onboarding">;
  /** Plan, free text. */
  plan: string | null;
  /** Monthly recurring revenue. */
  mrr: number | null;
  /** Orders a month. */
  monthlyOrders: number | null;
  /** HubSpot company id. */
  hubspotCompanyId: string | null;
  /** HubSpot deal id. */
  hubspotDealId: string | null;
  /** Stripe customer id. */
  stripeCustomerId: string | null;
  /** Intercom company id. */
  intercomCompanyId: string | null;
  /** Slack channel id. */
  slackChannelId: string | null;
  /** Member who owns the customer. */
  ownerId: string | null;
  /** Tags. */
  tags: string[];
  /** Values of custom fields by slug. */
  customFields: Record<string, unknown>;
  /** Your own data. */
  metadata: Record<string, unknown>;
  /** Your own id of the record. */
  externalId: string | null;
  /** Health from 0 to 100; read-only. */
  healthScore: number | null;
  /** False when the record was made with a test key. */
  livemode: boolean;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** ISO 8601, UTC. */
  updatedAt: string;
  /** With `expand=contacts`: its newest 20 contacts. */
  contacts?: Page<Contact> | undefined;
  /** With `expand=onboardings`: its newest 20 onboardings. */
  onboardings?: Page<Onboarding> | undefined;
  /** With `expand=owner`: the member who owns it. */
  owner?: Member | null | undefined;
}

/** Answer to a deletion; a second deletion of the same record answers the same. */
export interface Deleted {
  /** Always `deleted`. */
  object: "deleted";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Always true. */
  deleted: true;
}
