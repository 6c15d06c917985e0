import { type ActionFailure, error, fail, type RequestEvent } from '@sveltejs/kit';
import { setUpForm } from '../../contracts/staff.ts';
import {
	type AccountProof,
	type Invited,
	newSetUp,
	readInvitation,
	type SetUpPicture
} from '../flows/set-up-account.ts';
import { parts } from './app.ts';
import { plainFrame } from './frame.ts';

// Asked once a request: the page that tells of a success is made when the invitation is used up.
const asked = new WeakMap<Request, Promise<Invited | null>>();

/** The account that an invitation opens; used, over and unknown ones are not told apart. */
export async function requireInvitation(event: RequestEvent<{ token: string }>): Promise<Invited> {
	event.locals.frame = plainFrame('en');
	const found = asked.get(event.request) ?? readInvitation(parts(), event.params.token);
	asked.set(event.request, found);
	return (await found) ?? error(404);
}

/** What the form of the set-up page said; `null` if it is not that form. */
export function readSetUp(fields: Record<string, string>): AccountProof | null {
	const parsed = setUpForm.safeParse(fields);
	if (!parsed.success) return null;
	const { password, alone, secret, code } = parsed.data;
	return { password, totp: alone ? undefined : { secret, code } };
}

type Fault = 'too-short' | 'too-long' | 'too-common' | 'wrong-code';

/** What was wrong, with the same picture: who has taken it over need not do it again. */
export const saySetUp = (
	fault: Fault,
	email: string,
	{ totp }: AccountProof
): ActionFailure<{ done: false; fault: Fault; alone: boolean; picture: SetUpPicture }> =>
	fail(400, {
		done: false as const,
		fault,
		alone: totp === undefined,
		picture: newSetUp(email, totp?.secret)
	});
