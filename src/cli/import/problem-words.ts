import type { ProblemDocument } from '../../lib/contracts/api.ts';

/** A problem document as one line for people, with a way out where the key is what is wrong. */
export function problemWords({ title, detail, errors = [], status }: ProblemDocument): string {
	const fields = errors.map(({ field, problem }) => `${field} ${problem}`);
	const words = [title, detail, ...fields].filter(Boolean).join(': ').replace(/\.$/, '');
	return status === 403
		? `${words}. An import needs a key with the scopes cases:write and workflows:read.`
		: `${words}.`;
}
