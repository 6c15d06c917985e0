import { redirect } from '@sveltejs/kit';

/** Steps of a visit that one can come back to after a challenge. */
const STEP = /^(do\/[\w-]{1,80}(\?draft=[\w-]{1,80})?|review\/[\w-]{1,80}|receipt|question)$/;

/** Where to go on after a challenge, if it is a step of the visit. */
export const nextStep = (next: string | null | undefined): string | undefined =>
	next && STEP.test(next) ? next : undefined;

/** The action of a step: it may ask for more than its case does. */
export const actionOf = (step: string | undefined): string | undefined =>
	step && /^do\/([\w-]+)/.exec(step)?.[1];

interface Carried {
	/** A reason, never text. */
	said?: string | undefined;
	/** How many tries are left. */
	left?: number | undefined;
	/** The step to go on with. */
	next?: string | undefined;
}

/** The verify page of a visit. */
export function verifyPath(visitId: string, { said, left, next }: Carried = {}): string {
	const query = new URLSearchParams();
	if (said) query.set('said', said);
	if (left !== undefined) query.set('left', String(left));
	if (next) query.set('next', next);
	return `/a/${visitId}/verify${query.size > 0 ? `?${query}` : ''}`;
}

/** Why a step of an action is refused. */
type Refusal =
	| 'needs-assurance'
	| 'not-eligible'
	| 'unknown-action'
	| 'rule-error'
	| 'switched-off'
	| 'no-draft'
	| 'changed'
	| 'already-submitted'
	| 'ended'
	| 'gone';

/** Leads a refused step to the page that can answer it; `step` is where the customer goes on. */
export function turn(visitId: string, reason: Refusal, step: string): never {
	const choose = `/a/${visitId}?more&said=`;
	const ways: Record<Refusal, string> = {
		'needs-assurance': verifyPath(visitId, { next: step }),
		'not-eligible': `${choose}not-eligible`,
		'unknown-action': `${choose}not-eligible`,
		'rule-error': `${choose}not-eligible`,
		'switched-off': `${choose}switched-off`,
		'no-draft': `${choose}no-draft`,
		changed: `/a/${visitId}/${step}${step.includes('?') ? '&' : '?'}changed`,
		'already-submitted': `/a/${visitId}/receipt`,
		ended: `/a/${visitId}?more`,
		gone: '/gone'
	};
	redirect(303, ways[reason]);
}
