import { sql } from 'kysely';
import type { HelpView, WayOut } from '../../contracts/pages.ts';
import type { CaseState } from '../../domain/case/state.ts';
import { verifyVisit } from '../../domain/identity/proofs.ts';
import { formatInstant } from '../../domain/workflow/instant.ts';
import { loadCase } from '../db/cases.ts';
import type { Parts } from '../parts.ts';
import { ASKED } from './ask-person.ts';
import type { PageVisit } from './load-visit.ts';
import { messagesStopped } from './messages-stopped.ts';
import { reminderHeld } from './outreach-situation.ts';
import { closedWays, isOver } from './ways-out.ts';

/**
 * What was asked for and stands. Who has only the link is offered every way: whether something is
 * booked, or who looks at it, is not for them.
 */
export async function showHelp(
	parts: Pick<Parts, 'db' | 'vault' | 'config'>,
	visit: PageVisit
): Promise<HelpView> {
	const loaded = await loadCase(parts, visit.caseId);
	if (!loaded) throw new Error(`Visit ${visit.id} belongs to no case.`);
	const { state, row, now } = loaded;
	const { zone } = visit.workflow.document;
	const { expires_at: linkEnd } = await parts.db
		.selectFrom('links')
		.select('expires_at')
		.where('hash', '=', visit.linkHash)
		.executeTakeFirstOrThrow();
	const verified = verifyVisit(visit, visit.need).ok;
	const stopped = await messagesStopped(parts, visit);
	const reminded = !stopped && row.remind_at !== null && row.remind_at > now && !isOver(state);
	const held = reminded && (await reminderHeld(parts, visit.workflow, parts.db, loaded));
	const asked = await hasAsked(parts, visit, state);
	return {
		closed: closedFor(verified ? closedWays(state) : [], stopped),
		person: asked ? 'asked' : verified && state.exceptions.length > 0 ? 'looking' : null,
		...(reminded && {
			reminder: held ? null : formatInstant(row.remind_at!, visit.language, zone, 'date')
		}),
		stopped,
		linkUntil: formatInstant(linkEnd, visit.language, zone, 'date-and-time'),
		over: state.ended !== null
	};
}

/** Whoever wants no messages cannot be reminded by one. */
const closedFor = (ways: WayOut[], stopped: boolean): WayOut[] =>
	stopped && !ways.includes('later') ? [...ways, 'later'] : ways;

/** Did the customer ask for a person who has not answered yet? A fault of ours is no question of theirs. */
async function hasAsked(
	{ db }: Pick<Parts, 'db'>,
	{ caseId, workflow }: PageVisit,
	{ exceptions }: CaseState
): Promise<boolean> {
	const { exception: type } = workflow.document.breakpoints[ASKED.breakpoint];
	const open = exceptions.find((one) => one.type === type && one.breakpoint === ASKED.breakpoint);
	if (!open) return false;
	// Asked as that exception was raised (the event right before it), or while it was open.
	const { rows } = await sql<{ seq: number }>`
		select asked.seq from case_events raised
		join case_events asked on asked.case_id = raised.case_id and asked.seq >= raised.seq - 1
		where raised.case_id = ${caseId} and raised.type = 'exception-raised'
			and raised.data->>'exception' = ${open.id}
			and asked.type = 'path-left' and asked.data->>'reason' = ${ASKED.reason}
		limit 1`.execute(db);
	return rows.length > 0;
}
