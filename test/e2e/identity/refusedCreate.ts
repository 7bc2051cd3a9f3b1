/** What a client of the API server gets for a create, with failurePolicy Fail, while the gate answers 401. */
export const REFUSED_CREATE =
  /^500 .*failed calling webhook.*the server has asked for the client to provide credentials/;
