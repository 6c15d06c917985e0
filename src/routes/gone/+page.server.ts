import { readEnd } from '$lib/server/web/cookies';
import { plainChrome } from '$lib/server/web/frame';
import { knownLanguage, preferredLanguage } from '$lib/ui/texts/requested';
import type { PageServerLoad } from './$types';

/** Where a visit that is no more leads: nothing here knows whose it was. */
export const load: PageServerLoad = (event) => {
	const query = event.url.searchParams;
	const language =
		knownLanguage(query.get('language')) ??
		preferredLanguage(event.request.headers.get('accept-language'));
	const why = readEnd(event, query.get('visit') ?? '');
	return { chrome: plainChrome(event, language), why };
};
