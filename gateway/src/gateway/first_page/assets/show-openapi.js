// Draws the document that the page names. Requests are not sent from here: they need a token, and another site's consent.
SwaggerUIBundle({
  url: document.getElementById("routes").dataset.document,
  dom_id: "#routes",
  supportedSubmitMethods: [],
  deepLinking: true,
});
