/**
 * The guards of src/lib/server/web: every load, form action and request handler calls one itself,
 * and gets from it who is asking. None of them works by path prefix.
 */
export const GUARDS = [
	'requireLink',
	'requireVisit',
	'requireTicked',
	'requireVerified',
	'requireApiKey',
	'requireDemo',
	'requireMetricsToken',
	'askStaff',
	'requireSession',
	'requireStaff',
	'requireInvitation',
	'requireTwilioSignature',
	'requireSendgridSignature',
	'requireUnsubscribe'
];

/** Route files that need no guard, each with the reason. */
export const OPEN: Record<string, string> = {
	'src/routes/+layout.server.ts': 'gives the plain frame of pages that know no case',
	'src/routes/gone/+page.server.ts': 'knows no case: where a visit that is no more leads',
	'src/routes/api/+page.server.ts': 'the reference of the API, the same for everybody',
	'src/routes/api/v1/openapi.json/+server.ts': 'the same for programs',
	'src/routes/api/[...rest]/+server.ts': 'says that there is nothing at this address',
	'src/routes/healthz/+server.ts': 'says that the process runs, nothing else',
	'src/routes/readyz/+server.ts': 'says whether the process may get requests, nothing else'
};
