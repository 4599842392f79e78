"""The methods of other libraries, each as a `Contender`."""
