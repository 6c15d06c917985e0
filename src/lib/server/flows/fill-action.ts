import type { FillView } from '../../contracts/pages.ts';
import type { VerifiedVisit } from '../../domain/identity/proofs.ts';
import type { Result } from '../../domain/result.ts';
import type { Parts } from '../parts.ts';
import { beginAction, formOf } from './action-form.ts';
import { checkDraft, readDraft } from './drafts.ts';
import type { ActionRefusal } from './take-action.ts';

/** The form of an action, with limits on this case's facts; filled from a draft where one is given. */
export async function fillAction(
	parts: Pick<Parts, 'db' | 'vault'>,
	visit: VerifiedVisit,
	action: string,
	draftId?: string
): Promise<Result<FillView, ActionRefusal>> {
	const { loaded, workflow, taken } = await beginAction(parts, visit, action);
	if (!taken.ok) return taken;
	const { row, key } = loaded;
	const draft = draftId ? await readDraft(parts.db, parts, row.id, key, draftId) : null;
	const { moment } = taken.value;
	const { language } = visit;
	if (draft?.action !== action) return formOf(workflow, action, moment, language);
	const checked = checkDraft(workflow, action, moment, draft.content, language);
	const faults = checked.ok || checked.reason === 'rule-error' ? undefined : checked.detail;
	const { content } = draft;
	const typed = 'typed' in content ? content.typed : content.input;
	return formOf(workflow, action, moment, language, typed, faults);
}
