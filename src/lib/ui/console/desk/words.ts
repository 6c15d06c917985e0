/** A literal of ours as people read it: `asked-for-a-person`, `missing-facts:name,city`. */
export const plainWords = (literal: string): string =>
	literal.replaceAll('-', ' ').replaceAll(':', ': ').replaceAll(',', ', ').replaceAll('_', ' ');
