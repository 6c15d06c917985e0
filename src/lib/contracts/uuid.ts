/** An id of ours as we write it, in lower case. PostgreSQL fails on any other text for a uuid. */
export const isUuid = (text: string): boolean =>
	/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
