import { sql } from 'kysely';
import type { SwitchBack } from '../../contracts/switches.ts';
import { isPause } from '../../domain/workflow/switches.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import type { Parts } from '../parts.ts';
import { putBack } from './put-back.ts';

/** Ends a pause that the program began, by one person: nobody had decided on it before. */
export const resumeMessages = (
	parts: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	{ id, reason }: SwitchBack
) =>
	putBack(parts, principal, id, {
		act: 'resume-messages',
		permission: 'workflow.stop',
		reason,
		refuse: ({ part }) => (isPause(part) ? null : 'decided'),
		set: (actor) => ({
			asked_by: actor,
			asked_at: sql<Date>`now()`,
			asked_why: reason,
			on_by: actor,
			on_at: sql<Date>`now()`
		}),
		holds: sql`part like 'template:%'`
	});
