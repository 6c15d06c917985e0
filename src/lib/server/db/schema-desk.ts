import type { Generated } from 'kysely';
import type { Settlement } from '../../domain/case/events.ts';
import type { IncidentActKind } from '../../contracts/desk-incident.ts';
import type { Breakpoint } from '../../domain/workflow/document.ts';
import type { Json, Time, Timeless, TimeOrNow } from './columns.ts';

/** What needs a person, and what people add to a case; see migration 0007. */
export interface DeskTables {
	exceptions: ExceptionsTable;
	incidents: IncidentsTable;
	questions: QuestionsTable;
	case_notes: CaseNotesTable;
	corrections: CorrectionsTable;
	settlements: SettlementsTable;
	incident_acts: IncidentActsTable;
	incident_act_cases: IncidentActCasesTable;
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

interface CorrectionsTable {
	id: string;
	case_id: string;
	exception_id: string;
	fact: string;
	sealed: string;
	made_by: string;
	state: 'received' | 'applied' | 'rejected';
	created_at: TimeOrNow;
	ended_at: Timeless;
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

interface IncidentActsTable {
	id: string;
	incident_id: string;
	act: IncidentActKind;
	outcome: string | null;
	decides_on: string | null;
	staff_id: string;
	key: string | null;
	sealed: string | null;
	state: 'running' | 'done' | 'cancelled';
	total: number;
	lease_until: Timeless;
	started_at: TimeOrNow;
	ended_at: Timeless;
	cancelled_by: string | null;
}

interface IncidentActCasesTable {
	act_id: string;
	exception_id: string;
	settlement_id: string | null;
	tries: Generated<number>;
	result: string | null;
}
