import type { ColumnType, Generated } from 'kysely';
import type { Actor } from '../../domain/case/events.ts';
import type { Json, Time, Timeless, TimeOrNow } from './columns.ts';
import type { DeskTables } from './schema-desk.ts';
import type { StaffTables } from './schema-staff.ts';
import type { TrustTables } from './schema-trust.ts';
import type { CaseState, Stage } from '../../domain/case/state.ts';
import type { Delivery } from '../../domain/outreach/delivery.ts';
import type { Failure } from '../../domain/outreach/provider-codes.ts';
import type { Word } from '../../domain/outreach/words.ts';
import type { Assurance, Channel } from '../../domain/workflow/document.ts';
import type { Part } from '../../domain/workflow/switches.ts';

/**
 * The tables of migrations/ as Kysely sees them. A `jsonb` column reads as its value and is
 * written as JSON text (`JSON.stringify`), because the two drivers disagree about arrays.
 * Sealed columns hold JWE ciphertext; `*_hash` columns hold keyed hashes.
 */
export interface Schema extends TrustTables, DeskTables, StaffTables {
	workflows: WorkflowsTable;
	cases: CasesTable;
	case_events: CaseEventsTable;
	links: LinksTable;
	visits: VisitsTable;
	challenges: ChallengesTable;
	factors: FactorsTable;
	counters: CountersTable;
	suppressions: SuppressionsTable;
	messages: MessagesTable;
	message_attempts: MessageAttemptsTable;
	provider_events: ProviderEventsTable;
	inbound_messages: InboundMessagesTable;
	whatsapp_windows: WhatsappWindowsTable;
	disabled_templates: DisabledTemplatesTable;
	drafts: DraftsTable;
	submissions: SubmissionsTable;
	writebacks: WritebacksTable;
	writeback_attempts: WritebackAttemptsTable;
	connections: ConnectionsTable;
	api_keys: ApiKeysTable;
	idempotency_keys: IdempotencyKeysTable;
	alerts: AlertsTable;
	audit_entries: AuditEntriesTable;
	workflow_drafts: WorkflowDraftsTable;
	workflow_proposals: WorkflowProposalsTable;
	switches: SwitchesTable;
}

type Factor = 'code' | 'known-facts';
type MessageState =
	'queued' | 'sending' | 'unknown' | 'accepted' | 'failed' | 'suppressed' | 'expired';
type WritebackState = 'pending' | 'sending' | 'unknown' | 'applied' | 'rejected' | 'dead';
type SubmissionState = 'received' | 'booked' | 'rejected';

interface WorkflowsTable {
	key: string;
	version: number;
	document: Json<unknown>;
	source: string;
	hash: string;
	published_at: TimeOrNow;
	published_by: string;
}

interface CasesTable {
	id: string;
	workflow: string;
	version: number;
	stage: Stage;
	state: Json<CaseState>;
	seq: number;
	reached: Generated<number>;
	customer_hash: string;
	duplicate_hash: string;
	language: string;
	key: string;
	sealed: string;
	facts_at: Timeless;
	opened_at: TimeOrNow;
	updated_at: TimeOrNow;
	expires_at: Time;
	remind_at: Timeless;
	complete_at: Timeless;
	outreach_step: string | null;
	outreach_at: Timeless;
	outreach_why: string | null;
	ended_at: Timeless;
	/** Since then the case has no key, and nothing sealed of it can be read. */
	erased_at: Timeless;
}

interface CaseEventsTable {
	case_id: string;
	seq: number;
	type: string;
	at: TimeOrNow;
	actor: string;
	data: Json<unknown>;
	/** Of this event and the hash before it; the database makes it. */
	hash: ColumnType<Uint8Array, never, never>;
}

interface LinksTable {
	hash: string;
	case_id: string;
	created_at: TimeOrNow;
	expires_at: Time;
	ended_at: Timeless;
	end_reason: 'superseded' | 'revoked' | null;
}

interface VisitsTable {
	id: string;
	secret_hash: string;
	case_id: string;
	link_hash: string;
	assurance: Assurance;
	created_at: TimeOrNow;
	seen_at: TimeOrNow;
	authorised_at: Timeless;
	ended_at: Timeless;
}

interface ChallengesTable {
	id: string;
	visit_id: string;
	case_id: string;
	customer_hash: string;
	channel: Channel;
	mask: string;
	destination_hash: string;
	secret: string;
	compared: Generated<number>;
	most: number;
	created_at: TimeOrNow;
	expires_at: Time;
	used_at: Timeless;
	ended_at: Timeless;
}

interface FactorsTable {
	customer_hash: string;
	factor: Factor;
	consecutive: Generated<number>;
	locked_until: Timeless;
	disabled_at: Timeless;
}

interface CountersTable {
	key: string;
	bucket: Time;
	count: number;
	ends_at: Time;
}

interface SuppressionsTable {
	destination_hash: string;
	channel: Channel;
	reason: string;
	created_at: TimeOrNow;
}

interface MessagesTable {
	id: string;
	case_id: string;
	class: 'code' | 'outreach' | 'notice';
	channel: Channel;
	template: string;
	mask: string;
	destination_hash: string;
	sealed: string;
	state: MessageState;
	attempts: Generated<number>;
	lease_until: Timeless;
	next_at: TimeOrNow;
	expires_at: Timeless;
	provider: string | null;
	provider_id: string | null;
	reason: string | null;
	created_at: TimeOrNow;
	accepted_at: Timeless;
	step: string | null;
	released_at: Timeless;
	unsettled: Generated<number>;
	delivery: Delivery | null;
	delivery_at: Timeless;
}

interface MessageAttemptsTable {
	message_id: string;
	number: number;
	started_at: TimeOrNow;
	ended_at: Timeless;
	outcome: 'accepted' | 'failed' | 'unavailable' | 'unknown' | null;
	failure: Failure | null;
	provider: string | null;
	provider_id: string | null;
	code: string | null;
	duplicate: Generated<boolean>;
	delivery: Delivery | null;
	poll_at: Timeless;
	polls: Generated<number>;
}

interface ProviderEventsTable {
	id: string;
	provider: string;
	dedupe: string;
	kind: 'delivery' | 'inbound';
	provider_id: string | null;
	message_id: string | null;
	attempt: number | null;
	status: string | null;
	code: string | null;
	channel: Channel | null;
	destination_hash: string | null;
	word: Word | null;
	case_id: string | null;
	state: 'stored' | 'orphan' | 'worked' | 'failed';
	tries: Generated<number>;
	lease_until: Timeless;
	next_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
	received_at: TimeOrNow;
}

interface InboundMessagesTable {
	id: string;
	case_id: string;
	channel: Channel;
	word: Word;
	sealed: string;
	received_at: TimeOrNow;
}

interface WhatsappWindowsTable {
	destination_hash: string;
	expires_at: Time;
}

interface DisabledTemplatesTable {
	content_sid: string;
	code: string;
	disabled_at: TimeOrNow;
}

interface DraftsTable {
	id: string;
	case_id: string;
	action: string;
	sealed: string;
	created_at: TimeOrNow;
}

interface SubmissionsTable {
	id: string;
	case_id: string;
	action: string;
	key: string;
	body_hash: string;
	assurance: Assurance;
	state: SubmissionState;
	sealed: string;
	created_at: TimeOrNow;
	ended_at: Timeless;
}

interface WritebacksTable {
	id: string;
	/** What it applies: one of the two. */
	submission_id: string | null;
	correction_id: string | null;
	case_id: string;
	workflow: string;
	connection: string;
	operation: string;
	repeat: 'native-key' | 'lookup' | 'none';
	reference: string;
	state: WritebackState;
	attempt: Generated<number>;
	failures: Generated<number>;
	lease_until: Timeless;
	next_at: Timeless;
	first_sent_at: Timeless;
	last_sent_at: Timeless;
	record_reference: string | null;
	reason: string | null;
	created_at: TimeOrNow;
	updated_at: TimeOrNow;
}

interface WritebackAttemptsTable {
	writeback_id: string;
	number: number;
	kind: 'send' | 'lookup';
	started_at: TimeOrNow;
	ended_at: Timeless;
	outcome: string | null;
	reason: string | null;
}

interface ConnectionsTable {
	name: string;
	timeouts: Generated<number>;
	recent: ColumnType<unknown[], string | undefined, string>;
	opened_at: Timeless;
	probe_at: Timeless;
	closed_at: Timeless;
	running: Generated<number>;
}

interface ApiKeysTable {
	id: string;
	name: string;
	hash: string;
	scopes: Json<string[]>;
	created_at: TimeOrNow;
	revoked_at: Timeless;
}

interface IdempotencyKeysTable {
	scope: string;
	key: string;
	body_hash: string;
	status: number | null;
	response: ColumnType<unknown, string | null | undefined, string | null>;
	lease_until: Time;
	created_at: TimeOrNow;
}

interface AlertsTable {
	kind: string;
	subject: string;
	count: Generated<number>;
	first_at: TimeOrNow;
	last_at: TimeOrNow;
}

interface AuditEntriesTable {
	id: Generated<string>;
	at: TimeOrNow;
	actor: string;
	act: string;
	object: string;
	result: string;
	reason: string | null;
	data: Json<unknown>;
}

interface WorkflowDraftsTable {
	key: string;
	based_on: number | null;
	source: string;
	revision: number;
	editors: Json<Actor[]>;
	edited_by: Actor;
	edited_at: TimeOrNow;
}

interface SwitchesTable {
	id: string;
	workflow: string;
	part: Part;
	off_by: Actor;
	off_at: TimeOrNow;
	off_why: string;
	asked_by: Actor | null;
	asked_at: Timeless;
	asked_why: string | null;
	on_by: Actor | null;
	on_at: Timeless;
}

interface WorkflowProposalsTable {
	id: string;
	key: string;
	source: string;
	hash: string;
	against: number | null;
	restores: number | null;
	editors: Json<Actor[]>;
	reason: string;
	proposed_by: Actor;
	proposed_at: TimeOrNow;
	state: 'open' | 'published' | 'rejected' | 'withdrawn' | 'void';
	decided_by: Actor | null;
	decided_at: Timeless;
	decision: string | null;
	version: number | null;
}
