"""People who leave: for some days, while their deputy stands in for them, or for good, when others take over."""
