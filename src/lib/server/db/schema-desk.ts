import type { Settlement } from '../../domain/case/events.ts';
import type { Breakpoint } from '../../domain/workflow/document.ts';
import type { Json, Time, Timeless, TimeOrNow } from './columns.ts';

/** What needs a person, and what people add to a case; see migration 0007. */
export interface DeskTables {
	exceptions: ExceptionsTable;
	incidents: IncidentsTable;
	questions: QuestionsTable;
	case_notes: CaseNotesTable;
	settlements: SettlementsTable;
}

interface ExceptionsTable {
	id: string;
	case_id: string;
	workflow: string;
	type: string;
	class: 'policy' | 'system';
	breakpoint: Breakpoint;
	reason: string;
	severity: number;
	owner: string;
	backup: string;
	outcomes: Json<string[]>;
	state: 'open' | 'closed';
	due_at: Time;
	opened_at: TimeOrNow;
	closed_at: Timeless;
	outcome: string | null;
	incident_id: string | null;
	claimed_by: string | null;
	claimed_at: Timeless;
	lease_until: Timeless;
	waits_for: 'customer' | 'approver' | null;
	escalated_at: Timeless;
}

interface IncidentsTable {
	id: string;
	workflow: string;
	type: string;
	breakpoint: Breakpoint;
	connection: string;
	reason: string;
	opened_at: TimeOrNow;
	closed_at: Timeless;
}

interface QuestionsTable {
	id: string;
	case_id: string;
	exception_id: string;
	asked_by: string;
	fact: string;
	sealed: string;
	answer: string | null;
	created_at: TimeOrNow;
	answered_at: Timeless;
}

interface CaseNotesTable {
	id: string;
	case_id: string;
	author: string;
	act: string;
	sealed: string;
	created_at: TimeOrNow;
}

interface SettlementsTable {
	id: string;
	case_id: string;
	exception_id: string;
	writeback_id: string;
	settles: Settlement;
	record_reference: string | null;
	proposed_by: string;
	proposed_at: TimeOrNow;
	decided_by: string | null;
	decided_at: Timeless;
	approved: boolean | null;
}
