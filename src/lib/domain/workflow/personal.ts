import type { Format, WorkflowDocument } from './document.ts';

/** What stands for a personal value until somebody asks to see it; it tells no length. */
export const MASKED = '•••••';

/**
 * Is this fact personal, so that it is masked wherever staff look? Texts are (names, addresses), and
 * whatever proves who somebody is; figures, dates and choices are what a case is worked by.
 */
export const isPersonal = (
	{ facts, identity }: Pick<WorkflowDocument, 'facts' | 'identity'>,
	name: string
): boolean => facts[name]?.type === 'text' || identity.knownFacts.some(({ fact }) => fact === name);

/** The same of a line that was confirmed: a text may hold whatever the customer typed. */
export const isPersonalFormat = (format: Format): boolean => format === 'text';
