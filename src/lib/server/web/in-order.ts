import type { Handle, RequestEvent } from '@sveltejs/kit';

/** A handle that hands nothing but the event on. */
type Step = (input: {
	event: RequestEvent;
	resolve: (event: RequestEvent) => Response | Promise<Response>;
}) => Response | Promise<Response>;

/**
 * The steps around the innermost handle, the first one outermost. The framework's own `sequence`
 * opens a span and copies the event for each of them, which is a twentieth of a page's time; what
 * it merges, options of `resolve`, only the innermost gives here.
 */
export const inOrder = (steps: Step[], innermost: Handle): Handle =>
	steps.reduceRight<Handle>(
		(inner, step) =>
			({ event, resolve }) =>
				step({ event, resolve: (passed) => inner({ event: passed, resolve }) }),
		innermost
	);
