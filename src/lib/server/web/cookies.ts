import { redirect, type RequestEvent } from '@sveltejs/kit';
import { VISIT } from '../../domain/identity/limits.ts';
import { parts } from './app.ts';

/** An id as we make them; anything else never becomes part of a cookie's name. */
const VISIT_ID = /^[\w-]{1,64}$/;

/** Demo and tests may run on plain http; there a browser refuses a `__Host-` cookie. */
const secure = (): boolean => parts().config.origin.startsWith('https:');

const nameOf = (visitId: string): string => `${secure() ? '__Host-' : ''}v-${visitId}`;

const attributes = () =>
	({ path: '/', httpOnly: true, sameSite: 'lax', secure: secure() }) as const;

type Jar = Pick<RequestEvent, 'cookies'>;

/** The secret that this browser holds for a visit. */
export const readTicket = ({ cookies }: Jar, visitId: string): string | undefined =>
	VISIT_ID.test(visitId) ? cookies.get(nameOf(visitId)) : undefined;

/** Hands a visit to this browser: one cookie a visit, so that two links in one browser stay apart. */
export const giveTicket = ({ cookies }: Jar, ticket: { visitId: string; secret: string }): void =>
	cookies.set(nameOf(ticket.visitId), ticket.secret, {
		...attributes(),
		maxAge: VISIT.absoluteMinutes * 60
	});

const dropTicket = ({ cookies }: Jar, visitId: string): void =>
	cookies.delete(nameOf(visitId), attributes());

const ENDS = ['finished', 'not-me'] as const;
/** How a customer ended a visit. */
type VisitEnd = (typeof ENDS)[number];

/**
 * Takes an ended visit's secret from this browser, and leaves for a few minutes how it ended: the
 * page that tells it believes the cookie, so no address can claim it.
 */
export function leave(
	{ cookies }: Jar,
	{ id, language }: { id: string; language: string },
	why: VisitEnd
): never {
	cookies.set(nameOf(id), why, { ...attributes(), maxAge: 600 });
	redirect(303, `/gone?visit=${id}&language=${language}`);
}

/** How this browser ended a visit, if it did just now. */
export const readEnd = (jar: Jar, visitId: string): VisitEnd | undefined =>
	ENDS.find((why) => why === readTicket(jar, visitId));

/** A raised visit has a new id and secret: the old cookie goes, and the visit goes on under the new id. */
export function goOn(
	event: Jar & { params: { visit: string } },
	ticket: { visitId: string; secret: string },
	next?: string
): never {
	dropTicket(event, event.params.visit);
	giveTicket(event, ticket);
	redirect(303, `/a/${ticket.visitId}${next ? `/${next}` : ''}`);
}
