import { error, redirect, type RequestEvent } from '@sveltejs/kit';
import { type VerifiedVisit, verifyVisit } from '../../domain/identity/proofs.ts';
import { hashSecret, sameSecret } from '../crypto/secrets.ts';
import { openLink, type OpenedPage } from '../flows/open-link.ts';
import { keepVisit, loadVisit, type PageVisit } from '../flows/load-visit.ts';
import { openUnsubscribe, type Unsubscribing } from '../flows/unsubscribe.ts';
import { parts } from './app.ts';
import { readTicket } from './cookies.ts';
import { formFields } from './forms.ts';
import { verifyPath } from './turns.ts';
import { refuseLink } from './wrong-links.ts';

export { requireApiKey } from './api-guard.ts';
export { requireInvitation } from './set-up.ts';
export { askStaff, requireSession, requireStaff } from './staff-guard.ts';
export { requireSendgridSignature, requireTwilioSignature } from './hooks.ts';

/**
 * The case behind the link in the address. Unknown, ended, replaced and forged links are refused
 * alike (cases A5, A8).
 */
export async function requireLink(event: RequestEvent<{ token: string }>): Promise<OpenedPage> {
	const opened = await openLink(parts(), event.params.token);
	return opened.ok ? opened.value : refuseLink(event);
}

/** The visit in the address, if this browser holds its secret; else a page that says to open the link again. */
export async function requireVisit(event: RequestEvent<{ visit: string }>): Promise<PageVisit> {
	const secret = readTicket(event, event.params.visit);
	if (secret === undefined) redirect(303, '/gone');
	const visit = await loadVisit(parts(), event.params.visit, secret);
	if (!visit.ok) redirect(303, '/gone');
	// Looking does not keep a visit alive, pressing does (case E4). The flows do not do it again.
	if (event.request.method === 'POST') await keepVisit(parts(), visit.value);
	return visit.value;
}

/**
 * The same for what ends something, which wants a tick besides the press: a scanner that presses
 * every button must not end a link or stop messages.
 */
export async function requireTicked(event: RequestEvent<{ visit: string }>): Promise<PageVisit> {
	const visit = await requireVisit(event);
	const { sure } = await formFields(event.request);
	if (!sure) redirect(303, `/a/${visit.id}/help?said=missing.sure`);
	return visit;
}

/**
 * A visit that has proved what its case asks for; else the verify page, which leads back to `step`.
 * An action that asks for more says so itself, when it runs.
 */
export async function requireVerified(
	event: RequestEvent<{ visit: string }>,
	step?: string
): Promise<VerifiedVisit & Pick<PageVisit, 'frame'>> {
	const visit = await requireVisit(event);
	const verified = verifyVisit(visit, visit.need);
	if (!verified.ok) redirect(303, verifyPath(visit.id, { next: step }));
	return { ...verified.value, frame: visit.frame };
}

/** True when the visit may see its case: what it is asked for besides is for a choice it made. */
export const seesCase = (visit: PageVisit): boolean => verifyVisit(visit, visit.need).ok;

/** The e-mail behind the signed address in its head; an address that we did not sign is refused. */
export async function requireUnsubscribe({
	params
}: RequestEvent<{ token: string }>): Promise<Unsubscribing> {
	return (await openUnsubscribe(parts(), params.token)) ?? error(404);
}

/** The local phone shows every message to everybody: only where the settings open it. */
export function requireDemo(): void {
	if (!parts().config.phone) error(404);
}

/** Said where everybody may come: a route without a guard is a mistake, not a choice. */
export function publicRoute(): void {}

/** Figures for operations: by token; in production there are none without one. */
export function requireMetricsToken({ request }: Pick<RequestEvent, 'request'>): void {
	const { metricsToken, env } = parts().config;
	if (metricsToken === null) {
		if (env === 'production') error(404);
		return;
	}
	const given = request.headers.get('authorization') ?? '';
	if (!sameSecret(hashSecret(given), hashSecret(`Bearer ${metricsToken}`))) error(401);
}
