/** Paths that a machine calls: they carry no cookie's authority, so a browser's origin says nothing. */
const MACHINES = /^\/(api|hooks)\//;

/**
 * Our own check against forged requests, on everything that is not GET or HEAD, whatever its content
 * type: the framework's covers forms only and trusts `Host`. A browser always names the page that
 * sends a form; only machines may leave it out.
 * @returns the reason to refuse with 403, or `null`
 */
export function refuseOrigin(request: Request, path: string, origin: string): string | null {
	if (request.method === 'GET' || request.method === 'HEAD') return null;
	const from = request.headers.get('origin');
	const site = request.headers.get('sec-fetch-site');
	if (from === null) return MACHINES.test(path) && site === null ? null : 'no-origin';
	if (from !== origin) return 'other-origin';
	return site === null || site === 'same-origin' ? null : 'other-site';
}
