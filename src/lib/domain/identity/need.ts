import type { Assurance, WorkflowDocument } from '../workflow/document.ts';
import { strictest } from './assurance.ts';
import { IDENTITY } from './limits.ts';

/** Challenges of a case that failed for good, by factor. */
export type Failures = Record<'code' | 'known-facts', number>;

/** What is needed, or more: two failures raise it to the workflow's stricter level. */
export function needAfter(
	identity: WorkflowDocument['identity'],
	need: Assurance,
	failures: Failures
): Assurance {
	const failed = failures.code + failures['known-facts'];
	return failed >= IDENTITY.stricterAfter ? strictest(need, identity.stricter) : need;
}

/** The assurance that a case's pages demand: the base, or the stricter level after two failures. */
export const needOf = (identity: WorkflowDocument['identity'], failures: Failures): Assurance =>
	needAfter(identity, identity.base, failures);
