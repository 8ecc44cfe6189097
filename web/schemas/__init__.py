"""The marshmallow schemas of the API's requests and responses. Fields that they do not name are refused."""
