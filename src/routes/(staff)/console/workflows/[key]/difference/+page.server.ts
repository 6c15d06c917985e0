import { compareVersions } from '$lib/server/flows/compare-versions';
import { showDraft } from '$lib/server/flows/show-draft';
import { parts } from '$lib/server/web/app';
import { refusePage } from '$lib/server/web/console-forms';
import { requireStaff } from '$lib/server/web/guards';
import type { PageServerLoad } from './$types';

/** Between two versions, or a version and the draft; without a choice, what the draft changes. */
export const load: PageServerLoad = async (event) => {
	await requireStaff(event, 'workflow.read');
	const { key } = event.params;
	const shown = await showDraft(parts(), key);
	if (!shown.ok) return refusePage(shown.reason);
	const { latest, revision } = shown.value;
	const to = event.url.searchParams.get('to') ?? (revision > 0 ? 'draft' : String(latest));
	const from = event.url.searchParams.get('from') ?? String(to === 'draft' ? latest : latest - 1);
	const compared = await compareVersions(parts(), key, from, to);
	return {
		key,
		from,
		to,
		latest,
		drafted: revision > 0,
		view: compared.ok ? compared.value : null
	};
};
