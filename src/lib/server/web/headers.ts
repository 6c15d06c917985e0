/**
 * On every answer. `same-origin` and not `no-referrer`: with the latter browsers send
 * `Origin: null` with our own forms, which the origin check must refuse; either way no other site
 * ever gets an address of ours.
 */
const ALWAYS: Record<string, string> = {
	'referrer-policy': 'same-origin',
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-resource-policy': 'same-origin',
	'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()'
};

/** What every answer says, files and refusals that no hook sees among them. */
export const headersOfAll = (https: boolean): Record<string, string> => ({
	...ALWAYS,
	...(https && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' })
});

/** Nothing that a page says may stay on a shared phone, in a proxy, or in the back button. */
export function secureHeaders(headers: Headers, https: boolean): void {
	for (const [name, value] of Object.entries(headersOfAll(https))) headers.set(name, value);
	if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
}

type Framing = { locals: App.Locals };

/** The page of this request shows another of ours in a frame. */
export const showsFrames = ({ locals }: Framing): void => {
	locals.framing = 'outer';
};

/** The page of this request may stand in a frame of ours, where it is only looked at. */
export const mayBeFramed = ({ locals }: Framing): void => {
	locals.framing = 'inner';
};

/**
 * No page of ours may be framed, by nobody (case G7), but the one preview in the console, by
 * ourselves: it is sandboxed also where somebody opens it alone, so nothing of it runs or is sent.
 */
export function allowFraming(headers: Headers, framing: App.Locals['framing']): void {
	const policy = headers.get('content-security-policy');
	if (!framing || policy === null) return;
	if (framing === 'outer') headers.set('content-security-policy', `${policy}; frame-src 'self'`);
	if (framing === 'outer') return;
	const own = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'");
	headers.set('content-security-policy', `${own}; sandbox`);
	headers.set('x-frame-options', 'SAMEORIGIN');
}
