/** Why a frame was not understood. Returned, never thrown past the codec. */
export interface ProtocolError {
  readonly kind: 'bad_frame' | 'too_large' | 'checksum' | 'unknown_message' | 'bad_message'
  /** For people; names the member that is wrong. */
  readonly message: string
}
