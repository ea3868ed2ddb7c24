const { App, Stack } = require('aws-cdk-lib');
const { EvergreenRooms } = require('evergreen-rooms');

const app = new App();
// The least that a team has to say.
new EvergreenRooms(new Stack(app, 'Own'), 'Rooms', {
  applications: [{ applicationId: '78d335fa-0b91-4f0c-8c7b-3a1d5a1f7b11' }],
});
app.synth();
