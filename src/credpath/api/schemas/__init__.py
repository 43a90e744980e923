"""What goes over the wire: input models that refuse what they do not know, output types that are checked statically."""
