from flask import Blueprint

pages = Blueprint("supports", __name__)
