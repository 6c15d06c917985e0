import { type ActionFailure, fail as refuse } from '@sveltejs/kit';
import { type StaffInput, staffSchema } from '../../contracts/staff.ts';
import { isUuid } from '../../contracts/uuid.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { StaffChange } from '../flows/change-staff.ts';

type Fields = Record<string, string>;
type Read<Value> = Result<Value, 'unreadable', string>;

const listOf = (text = ''): string[] => text.split(/[\s,]+/).filter(Boolean);

/** Ticked boxes `role-agent`, and teams as words; a team that is led ends in `*`. */
const membership = (fields: Fields) => ({
	roles: Object.keys(fields)
		.filter((name) => name.startsWith('role-'))
		.map((name) => name.slice(5)),
	teams: listOf(fields['teams']).map((word) => ({
		team: word.replace(/\*$/, ''),
		lead: word.endsWith('*')
	}))
});

function parse(given: object): Read<StaffInput> {
	const parsed = staffSchema.safeParse(given);
	if (parsed.success) return ok(parsed.data);
	const [issue] = parsed.error.issues;
	const field = String(issue?.path[0] ?? 'form');
	return fail(
		'unreadable',
		field === 'roles' ? 'Tick at least one role.' : `${field}: ${issue?.message}`
	);
}

export const readNewStaff = (fields: Fields): Read<StaffInput> =>
	parse({ email: fields['email'], name: fields['name'], ...membership(fields) });

/** What is to be done to which account. */
export function readChange(fields: Fields): Read<{ id: string; change: StaffChange }> {
	const { id = '', do: what } = fields;
	if (!isUuid(id)) return fail('unreadable', 'Which account? Load the page again.');
	if (what === 'disable' || what === 'enable' || what === 'invite')
		return ok({ id, change: { do: what } });
	// Name and address are not changed here: anything that is valid stands for them.
	const read = parse({ email: 'unchanged@example.org', name: 'unchanged', ...membership(fields) });
	if (!read.ok) return read;
	const { roles, teams } = read.value;
	return ok({ id, change: { do: 'roles', roles, teams } });
}

type Refusal = 'unreadable' | 'exists' | 'forbidden' | 'unknown' | 'own' | 'last-administrator';

const STATUS: Record<Refusal, number> = {
	unreadable: 400,
	exists: 409,
	forbidden: 403,
	unknown: 404,
	own: 409,
	'last-administrator': 409
};

/** Why nothing was done, with what was typed. */
export const sayStaff = (
	reason: Refusal,
	fields: Fields,
	detail?: string
): ActionFailure<{ reason: Refusal; detail: string | undefined; fields: Fields }> =>
	refuse(STATUS[reason], { reason, detail, fields });
