from flask import Blueprint

pages = Blueprint("lessons", __name__)
