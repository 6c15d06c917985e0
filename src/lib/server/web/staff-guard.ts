import { error, redirect, type RequestEvent } from '@sveltejs/kit';
import type { Permission, Principal } from '../../domain/staff/permissions.ts';
import { loadSession, pressIn } from '../flows/load-session.ts';
import { parts } from './app.ts';
import { plainFrame } from './frame.ts';
import { readSession } from './staff-cookie.ts';

/** Where a page that asks for a sign-in is come back to: one of ours, without its data suffix. */
const backTo = ({ url, request }: RequestEvent): string =>
	request.method === 'GET' ? `${url.pathname}${url.search}` : url.pathname;

const signInPath = (event: RequestEvent, page: string) =>
	`${page}?next=${encodeURIComponent(backTo(event))}`;

/** Who is signed in, for what everybody of the staff may see; nobody is sent away. */
export async function askStaff(event: RequestEvent): Promise<Principal | null> {
	event.locals.frame = plainFrame('en');
	const secret = readSession(event);
	return secret === undefined ? null : loadSession(parts(), secret);
}

/**
 * Who is signed in, if their roles permit it; without the permission the page is not there, as one
 * that never was (case F1). Of several permissions one is enough. `fresh` asks for a proof of the last
 * minutes.
 */
export async function requireStaff(
	event: RequestEvent,
	permission: Permission | readonly Permission[],
	{ fresh = false }: { fresh?: boolean } = {}
): Promise<Principal> {
	event.locals.frame = plainFrame('en');
	const secret = readSession(event);
	const found = secret === undefined ? null : await loadSession(parts(), secret);
	if (!found) redirect(303, signInPath(event, '/sign-in'));
	if (![permission].flat().some((one) => found.permissions.includes(one))) error(404);
	if (fresh && !found.fresh) redirect(303, signInPath(event, '/sign-in/again'));
	// Looking, and what a page does by itself, keeps nothing alive (case E4).
	if (event.request.method === 'POST') await pressIn(parts(), found);
	return found;
}

/** Anybody who is signed in: for what concerns only their own session. */
export async function requireSession(event: RequestEvent): Promise<Principal> {
	const found = await askStaff(event);
	if (!found) redirect(303, signInPath(event, '/sign-in'));
	if (event.request.method === 'POST') await pressIn(parts(), found);
	return found;
}
