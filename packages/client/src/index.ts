export { RecipeError, signTarget } from '@images-server/recipe';
export { type Client, type ClientOptions, createClient, type SigningClientOptions } from './create-client.ts';
export type { Argument, PictureBuilder, PictureOptions, RecipeMethods } from './picture-builder.ts';
export { UploadError, type Uploaded, type UploadOptions } from './upload-picture.ts';
