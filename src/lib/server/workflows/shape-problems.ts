import type { z } from 'zod';
import { inWords } from '../../contracts/problem.ts';
import { fieldName, type Path, type Problem } from '../../domain/workflow/problem.ts';

type Issue = z.core.$ZodIssue;

/** The schema's issues in the words of this project, each with a cure. */
export const shapeProblems = (issues: Issue[], raw: unknown): Problem[] =>
	issues.flatMap((issue) => {
		const path = issue.path.filter((part) => typeof part !== 'symbol');
		return explain(issue, path, raw).map((problem) => ({
			...problem,
			field: fieldName(problem.path)
		}));
	});

type Said = Omit<Problem, 'field'>;

/** What the schema said of itself or by `inWords`, as a sentence, and what to do. */
function explain(issue: Issue, path: Path, raw: unknown): Said[] {
	const say = (cure: string, at = path, message = issue.message): Said[] => [
		{ path: at, message: capital(message), cure }
	];
	switch (issue.code) {
		case 'unrecognized_keys':
			return issue.keys.flatMap((key) =>
				say('Correct its name, or remove it.', [...path, key], 'is no field here')
			);
		case 'invalid_type':
		case 'invalid_value':
		case 'invalid_union':
			return say(
				path.length > 0 && valueAt(raw, path) === undefined
					? `It ${wantedBy(issue)}.`
					: 'Write it as said.'
			);
		case 'too_big':
			return say(issue.origin === 'number' ? 'Use a smaller number.' : 'Shorten it.');
		case 'too_small':
			return say(issue.origin === 'number' ? 'Use a larger number.' : 'Fill it.');
		case 'invalid_key':
			return say('Choose another name.');
		default:
			return say('Correct it as said.');
	}
}

/** What `inWords` would say if something wrong stood there. */
const wantedBy = (issue: Issue): string =>
	inWords({ ...issue, input: null } as z.core.$ZodRawIssue);

/** By own properties only; keys may hold dots here, so the path is walked part by part. */
const valueAt = (raw: unknown, path: Path): unknown =>
	path.reduce<unknown>(
		(at, part) =>
			typeof at === 'object' && at !== null && Object.hasOwn(at, part)
				? (at as Record<string | number, unknown>)[part]
				: undefined,
		raw
	);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
