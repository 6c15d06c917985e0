import { plainFrame } from '$lib/server/web/frame';
import { preferredLanguage } from '$lib/ui/texts/requested';
import type { LayoutServerLoad } from './$types';

// No page sends a framework's script unless it asks for it.
export const csr = false;

/** The frame of pages that know no case; a guard that knows one replaces it. */
export const load: LayoutServerLoad = ({ request, locals }) => {
	const plain = plainFrame(preferredLanguage(request.headers.get('accept-language')));
	locals.frame ??= plain;
	return { plain };
};
