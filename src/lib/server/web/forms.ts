import { error } from '@sveltejs/kit';
import { readBytes } from './api-body.ts';

/**
 * The text fields of a posted form, the last of each name; files are left out. A body that is no
 * form is answered with 400, one of more than 64 KB with 413: counted here too, whatever length a
 * caller told and by whichever address it came.
 * @param most bytes, for a form that takes more
 */
export async function formFields(request: Request, most?: number): Promise<Record<string, string>> {
	const bytes = await readBytes(request, most);
	if (!bytes) error(413);
	const type = request.headers.get('content-type') ?? '';
	const form = await new Response(bytes, { headers: { 'content-type': type } })
		.formData()
		.catch(() => error(400));
	return Object.fromEntries(
		[...form].filter((entry): entry is [string, string] => typeof entry[1] === 'string')
	);
}
