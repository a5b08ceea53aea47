"""`make screenshots`: every state of the studio as a picture in docs/images/studio."""
