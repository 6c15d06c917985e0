import type { ErasureRefusal } from '../../contracts/erasure.ts';

/** Why an erasure was refused, with what to do. */
export const ERASURE_WORDS: Record<ErasureRefusal, string> = {
	'bad-input': 'Fill in every field: the reference up to 80 characters, the reason up to 200.',
	'unknown-customer': 'No case has this reference. It may be misspelt, or be erased already.',
	'legal-hold': 'This person is held by law. Whoever set the hold can lift it (npm run holds).',
	'submission-under-way':
		'Something that this person confirmed is being booked. Ask again when it is settled.',
	'requested-already': 'This was asked for already. It is in the list below.',
	'not-open': 'This was decided already.',
	own: 'You asked for it yourself. Somebody else decides.',
	'other-customer': 'This is not the reference that was asked for. Nothing was erased.',
	forbidden: 'Your roles do not permit this any more.'
};
