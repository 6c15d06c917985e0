import type { ColumnType } from 'kysely';
import type { Time, Timeless, TimeOrNow } from './columns.ts';

/** Checkpoints of the record, and the erasure of people. See schema.ts. */
export interface TrustTables {
	unsealed_events: UnsealedEventsTable;
	unsealed_entries: UnsealedEntriesTable;
	audit_seals: AuditSealsTable;
	checkpoints: CheckpointsTable;
	checkpoint_heads: CheckpointHeadsTable;
	legal_holds: LegalHoldsTable;
	looked_up_customers: LookedUpCustomersTable;
	erasures: ErasuresTable;
}

/** Wake-ups for the next checkpoint, written by the database. */
interface UnsealedEventsTable {
	case_id: string;
	seq: number;
}

interface UnsealedEntriesTable {
	id: string;
}

interface AuditSealsTable {
	place: number;
	entry_id: string;
	hash: ColumnType<Uint8Array, Uint8Array, never>;
}

interface CheckpointsTable {
	number: number;
	at: Time;
	jws: string;
}

interface CheckpointHeadsTable {
	checkpoint: number;
	case_id: string;
	seq: number;
	hash: ColumnType<Uint8Array, Uint8Array, never>;
}

interface LegalHoldsTable {
	id: string;
	customer_hash: string;
	reason: string;
	set_by: string;
	set_at: TimeOrNow;
	lifted_by: string | null;
	lifted_at: Timeless;
}

interface LookedUpCustomersTable {
	id: string;
	customer_hash: string;
	looked_at: TimeOrNow;
}

interface ErasuresTable {
	id: string;
	customer_hash: string | null;
	reason: string;
	state: 'requested' | 'erased' | 'declined';
	requested_by: string;
	requested_at: TimeOrNow;
	decided_by: string | null;
	decided_at: Timeless;
	number: number | null;
	receipt: string | null;
}
