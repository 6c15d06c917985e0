/**
 * On every answer, from `main.ts`. `same-origin` and not `no-referrer`: with the latter browsers send
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
export function storeNowhere(headers: Headers): void {
	if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
}

/** What the page of a request needs that no other page may do. */
export type Allowed = 'frames' | 'being-framed' | 'editor';

/** Says so for this request; `allow` writes it into the policy of the answer. */
export const mayDo = ({ locals }: { locals: App.Locals }, allowed: Allowed): void => {
	locals.allowed = allowed;
};

const CHANGES: Record<Allowed, (policy: string) => string> = {
	frames: (policy) => `${policy}; frame-src 'self'`,
	// Sandboxed also where somebody opens it alone: nothing of it runs or is sent.
	'being-framed': (policy) =>
		`${policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")}; sandbox`,
	// The editor writes its style itself, under the nonce of the page's scripts.
	editor: (policy) => {
		const [nonce = ''] = /'nonce-[^']+'/.exec(policy) ?? [];
		return policy.replace(/style-src [^;]*/, (styles) => `${styles} ${nonce}`);
	}
};

/**
 * No page of ours may be framed, by nobody (case G7), but the one preview in the console, by
 * ourselves; and no other page shows a frame or writes a style.
 */
export function allow(headers: Headers, allowed: Allowed | undefined): void {
	const policy = headers.get('content-security-policy');
	if (!allowed || policy === null) return;
	headers.set('content-security-policy', CHANGES[allowed](policy));
	if (allowed === 'being-framed') headers.set('x-frame-options', 'SAMEORIGIN');
}
