import { sql } from 'kysely';
import type { SwitchBack } from '../../contracts/switches.ts';
import { isPause } from '../../domain/workflow/switches.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import type { Parts } from '../parts.ts';
import { putBack } from './put-back.ts';

const now = sql<Date>`now()`;

/** Asks for a part to be on again: as with a publication, another person says yes. */
export const askSwitchOn = (
	parts: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	{ id, reason }: SwitchBack
) =>
	putBack(parts, principal, id, {
		act: 'ask-switch-on',
		permission: 'workflow.edit',
		reason,
		refuse: ({ asked_by, part }) => (asked_by || isPause(part) ? 'decided' : null),
		set: (actor) => ({ asked_by: actor, asked_at: now, asked_why: reason }),
		holds: sql`asked_at is null`
	});

/** Puts it on again, as somebody else asked. What waited for it is looked at within the hour. */
export const switchOn = (
	parts: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	{ id }: Pick<SwitchBack, 'id'>
) =>
	putBack(parts, principal, id, {
		act: 'switch-on',
		permission: 'workflow.approve',
		refuse: ({ asked_by, part }, actor) => {
			if (!asked_by || isPause(part)) return 'decided';
			return asked_by === actor ? 'own-change' : null;
		},
		set: (actor) => ({ on_by: actor, on_at: now }),
		holds: sql`asked_at is not null`
	});

/** Says no to it: it stays off, and may be asked for again. */
export const keepOff = (
	parts: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	{ id, reason }: SwitchBack
) =>
	putBack(parts, principal, id, {
		act: 'keep-off',
		permission: 'workflow.approve',
		reason,
		refuse: ({ asked_by }) => (asked_by ? null : 'decided'),
		set: () => ({ asked_by: null, asked_at: null, asked_why: null }),
		holds: sql`asked_at is not null`
	});
