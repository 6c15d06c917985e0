import { error } from '@sveltejs/kit';

/**
 * The text fields of a posted form, the last of each name; files are left out. A body that is no
 * form is answered with 400.
 */
export async function formFields(request: Request): Promise<Record<string, string>> {
	const form = await request.formData().catch(() => error(400));
	return Object.fromEntries(
		[...form].filter((entry): entry is [string, string] => typeof entry[1] === 'string')
	);
}
