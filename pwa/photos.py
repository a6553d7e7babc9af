from flask import Blueprint

pages = Blueprint("photos", __name__)
