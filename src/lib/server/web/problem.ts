import { type ProblemType, PROBLEMS, problemUri } from '../../contracts/api-problems.ts';
import type { ProblemDocument } from '../../contracts/api.ts';
import type { FieldProblem } from '../../contracts/problem.ts';

interface Particulars {
	detail?: string | undefined;
	errors?: FieldProblem[] | undefined;
	/** Id of the request in our log. */
	request?: string | undefined;
	headers?: Record<string, string> | undefined;
}

/** An answer that is not the one hoped for, as an RFC 9457 document. */
export function problemResponse(
	type: ProblemType,
	{ detail, errors, request, headers }: Particulars = {}
): Response {
	const { status, title } = PROBLEMS[type];
	const document: ProblemDocument = {
		type: problemUri(type),
		title,
		status,
		...(detail && { detail }),
		...(errors && { errors }),
		...(request && { request })
	};
	return new Response(JSON.stringify(document), {
		status,
		headers: { ...headers, 'content-type': 'application/problem+json' }
	});
}

/** Leaves a request with a problem; `answering` makes the document of it. */
export class Problem extends Error {
	override name = 'Problem';
	readonly type: ProblemType;
	readonly particulars: Particulars;
	constructor(type: ProblemType, particulars: Particulars = {}) {
		super(type);
		this.type = type;
		this.particulars = particulars;
	}
}
