from flask import Blueprint

pages = Blueprint("slips", __name__)
