import type { Size } from '@images-server/recipe';
import { createPictureBuilder, type Finish, type PictureBuilder } from './picture-builder.ts';
import { type Uploaded, type UploadOptions, uploadPicture } from './upload-picture.ts';

export interface ClientOptions {
  /** Where the server is: `https://images.example.com`, also with a path that a proxy takes away; `''` for the page's own. */
  readonly baseUrl: string;
}

export interface SigningClientOptions extends ClientOptions {
  /**
   * Signs a request target (`/image/<hash>/resize/400x`), as `signTarget` does. On a server of your own: whoever has the
   * key can sign whatever they like, so it must not be in a page.
   */
  readonly sign: (target: string) => Promise<string>;
}

/** What `createClient` gives; `Text` is `string`, or a promise of one where addresses have to be signed. */
export interface Client<Text> {
  /** An uploaded picture. With its upright size (an upload answers it) no `srcset` is wider than it. */
  image(hash: string, size?: Size): PictureBuilder<Text>;
  /** A picture somewhere else, by its URL. */
  external(url: string, size?: Size): PictureBuilder<Text>;
  /** Uploads a picture; rejects with an `UploadError` where the server does not take it. */
  upload(file: Blob, options?: UploadOptions): Promise<Uploaded>;
}

/** Creates a client of one server. Nothing is asked of it but by `upload`: addresses are written here. */
export function createClient(options: SigningClientOptions): Client<Promise<string>>;
export function createClient(options: ClientOptions): Client<string>;
export function createClient(
  options: ClientOptions | SigningClientOptions,
): Client<string> | Client<Promise<string>> {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const upload: Client<string>['upload'] = (file, uploadOptions = {}) =>
    uploadPicture(`${baseUrl}/upload`, file, uploadOptions);
  if (!('sign' in options)) {
    const finish: Finish<string> = (targets, assemble) => assemble(targets.map((target) => baseUrl + target));
    return { ...pictures(finish), upload };
  }
  const finish: Finish<Promise<string>> = async (targets, assemble) => {
    const signed = await Promise.all(targets.map((target) => options.sign(target)));
    return assemble(signed.map((target) => baseUrl + target));
  };
  return { ...pictures(finish), upload };
}

function pictures<Text>(finish: Finish<Text>): Pick<Client<Text>, 'image' | 'external'> {
  return {
    image: (hash, size) =>
      createPictureBuilder({
        target: (recipe) => `/image/${encodeURIComponent(hash)}${recipe === '' ? '' : `/${recipe}`}`,
        size,
        finish,
      }),
    external: (url, size) =>
      createPictureBuilder({
        target: (recipe) =>
          `/external?url=${encodeURIComponent(url)}${recipe === '' ? '' : `&operations=${recipe}`}`,
        size,
        finish,
      }),
  };
}
