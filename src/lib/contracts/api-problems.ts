/** Every problem document of the API: its status, its title, and what it means for the caller. */
export const PROBLEMS = {
	'bad-input': {
		status: 400,
		title: 'The request is not right',
		help: 'Every wrong field is in `errors` with its problem. Nothing was stored.'
	},
	'unknown-workflow': {
		status: 400,
		title: 'No such workflow is published',
		help: 'GET /api/v1/workflows lists the keys that are.'
	},
	'missing-idempotency-key': {
		status: 400,
		title: 'An Idempotency-Key header is needed',
		help: 'Make a new key for each thing that shall happen once, and send the same key again with every retry.'
	},
	unauthorised: {
		status: 401,
		title: 'A valid API key is needed',
		help: 'Send `Authorization: Bearer tk_…`. Missing, malformed, unknown and revoked keys are not told apart.'
	},
	forbidden: {
		status: 403,
		title: 'This API key may not do that',
		help: 'The detail names the scope that the key lacks.'
	},
	'not-found': {
		status: 404,
		title: 'There is nothing here',
		help: 'No such path, case or workflow.'
	},
	'method-not-allowed': {
		status: 405,
		title: 'This method is not for this path',
		help: 'The Allow header lists the methods that are.'
	},
	running: {
		status: 409,
		title: 'A request with this Idempotency-Key is under way',
		help: 'Ask again with the same key after the seconds in Retry-After. A key whose request died is free after a minute.'
	},
	ended: {
		status: 409,
		title: 'The case has ended',
		help: 'It is resolved, cancelled or expired; nothing starts on it any more.'
	},
	held: {
		status: 409,
		title: 'The case waits for facts',
		help: 'Post the case again with the missing facts: it joins, and gets its link.'
	},
	'submission-under-way': {
		status: 409,
		title: 'The customer has confirmed something that is being booked',
		help: 'It cannot be taken back here. Look at the case again once it is booked or rejected.'
	},
	'too-large': {
		status: 413,
		title: 'The body is too large',
		help: 'At most 64 KB; NDJSON has no limit as a whole, but 64 KB for each line.'
	},
	'wrong-content-type': {
		status: 415,
		title: 'The body has a wrong content type',
		help: 'The operation lists those it takes.'
	},
	'other-body': {
		status: 422,
		title: 'This Idempotency-Key came with another request before',
		help: 'A key belongs to one method, path and body, byte by byte. Nothing was done.'
	},
	internal: {
		status: 500,
		title: 'Something of ours failed',
		help: 'The `request` in the document finds it in the log. Repeating with the same Idempotency-Key is safe.'
	},
	unavailable: {
		status: 503,
		title: 'Not available now',
		help: 'Ask again after the seconds in Retry-After. Repeating with the same Idempotency-Key is safe.'
	}
} as const satisfies Record<string, { status: number; title: string; help: string }>;

export type ProblemType = keyof typeof PROBLEMS;

/** The URI that names a problem; relative, because the page that explains it is on the same host. */
export const problemUri = (type: ProblemType): string => `/api#${type}`;
