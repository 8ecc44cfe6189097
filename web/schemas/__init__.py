"""The marshmallow schemas of the API's requests and responses. A request with an unknown field is refused."""
