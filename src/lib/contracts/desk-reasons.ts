/** Why an act at the desk was refused, and what its page says then; nothing typed is lost. */
export const DESK_REASONS = {
	'not-found': 'This is not there any more.',
	forbidden: 'Your account may not do this any more. Ask who manages the accounts.',
	'already-finished':
		'This is finished already: the customer or a colleague was faster. Your text is still in the form.',
	'claimed-by-other': 'A colleague works on this. Ask them to hand it back.',
	'outcome-not-allowed': 'Exceptions of this type cannot be closed so.',
	'submission-under-way':
		'What the customer confirmed is being booked. It must be settled before this can be closed.',
	'correction-under-way':
		'A correction is being written to the record. It must come to its end, or be settled, first.',
	'bad-text': 'Write why, in at most 2,000 characters that can be seen.',
	'unknown-fact': 'Choose one of the facts.',
	'already-asked': 'The customer has not answered the question before.',
	'no-link': 'The customer has no link on which the question could stand.',
	'bad-value': 'This is no value of that fact. Write amounts as 1,234.56 and dates as 2027-01-31.',
	'unknown-action': 'Choose one of the actions.',
	'needs-none': 'The customer can do this without a grant.',
	'switched-off': 'Operations have switched this action off for everybody.',
	'never-grantable': 'A rule stands in the way that no grant lifts.',
	'rule-error': 'A rule of this action cannot be worked out. Operations must repair it first.',
	'bad-limit': 'A limit does not fit its field, or leaves nothing to choose.',
	'bad-days': 'A grant lives for 1 to 30 days.',
	'not-of-the-team': 'Choose somebody of its teams.',
	'nothing-to-settle': 'There is nothing to settle: it moved meanwhile, or is still tried.',
	'already-proposed': 'A proposal waits for a second person.',
	'reference-needed': 'Give the reference under which it stands in the system of record.',
	'own-proposal': 'This is your own proposal: somebody else must decide on it.',
	'already-decided': 'Somebody else has decided on this.',
	'already-running': 'Another act on this cause is not over. Wait for it, or stop it.',
	'no-answer': 'The customer has not answered this.',
	'already-taken': 'This answer counts already.',
	empty: 'Nothing waits in this queue.'
} as const;

export type DeskReason = keyof typeof DESK_REASONS;
