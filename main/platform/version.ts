import metadata from '../../package.json' with { type: 'json' };

/** Version of this Magnilab. */
export const version: string = metadata.version;
