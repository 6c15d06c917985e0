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
